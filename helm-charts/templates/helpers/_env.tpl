{{/*
The environment of a container: (list . OWN), the chart's own variables and those of `extraEnv`. The API server refuses two
variables of one name if they are applied as by Helm 4.
*/}}
{{- define "celsiusify.env" -}}
{{- $all := concat (index . 1 | fromYamlArray) (index . 0).Values.extraEnv }}
{{- $key := (index . 0).Key }}
{{- $names := list }}
{{- range $all }}
{{- if has .name $names }}
{{- fail (printf "%s.extraEnv sets %s, which the chart or another entry sets already" $key .name) }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- toYaml $all }}
{{- end }}
