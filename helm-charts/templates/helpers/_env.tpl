{{/*
Variables as a container lists them: (list . OWN), OWN the chart's, beside which stands `extraEnv`. The API server takes no
two of a name, where they are applied as Helm 4 does it.
*/}}
{{- define "celsiusify.env" -}}
{{- $all := concat (index . 1 | fromYamlArray) (index . 0).Values.extraEnv }}
{{- $names := list }}
{{- range $all }}
{{- if has .name $names }}
{{- fail (printf "extraEnv sets %s, which is set already: by another value of the chart, or twice" .name) }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- toYaml $all }}
{{- end }}
