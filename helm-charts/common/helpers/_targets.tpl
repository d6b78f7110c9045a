{{/* The targets of targets.yaml that this chart serves, by name. */}}
{{- define "celsiusify.targets" -}}
{{- $served := dict }}
{{- range $name, $target := (.Files.Get "files/targets.yaml" | fromYaml).targets }}
{{- if eq (toString $target.chart) $.Chart.Name }}{{ $_ := set $served $name $target }}{{ end }}
{{- end }}
{{- toYaml $served }}
{{- end }}

{{/* One of them: what it says of image, ports, health and metrics, the others say too. */}}
{{- define "celsiusify.target" -}}
{{- $targets := include "celsiusify.targets" . | fromYaml }}
{{- get $targets (keys $targets | sortAlpha | first) | toYaml }}
{{- end }}

{{/* The container's ports by name. */}}
{{- define "celsiusify.ports" -}}
{{- $ports := (include "celsiusify.target" . | fromYaml).ports }}
{{- with .Values.service.targetPort }}{{ $_ := set $ports "http" . }}{{ end }}
{{- toYaml $ports }}
{{- end }}
