{{/* The CPU of each server as JSON, in thousandths of a core by the chart's name. A server is what targets.yaml names. */}}
{{- define "celsiusify.cpu" -}}
{{- $cpu := dict }}
{{- range $name, $chart := .Subcharts }}
{{- if include "celsiusify.targets" $chart | fromYaml }}
{{- $_ := set $cpu $name (include "celsiusify.millicores" ((($chart.Values).resources).limits).cpu) }}
{{- end }}
{{- end }}
{{- toJson $cpu }}
{{- end }}

{{/* Servers that are compared must have the same CPU. */}}
{{- define "celsiusify.parity" -}}
{{- $cpu := include "celsiusify.cpu" . | fromJson }}
{{- if and (gt (values $cpu | uniq | len) 1) (not .Values.parity.allowUnequalCpu) }}
{{- $each := list }}
{{- range $name, $millicores := $cpu }}
{{- $each = append $each (printf "%s %sm" $name $millicores) }}
{{- end }}
{{- fail (printf "resources.limits.cpu differs between servers that are compared (%s): make them equal, or set parity.allowUnequalCpu" (join ", " $each)) }}
{{- end }}
{{- end }}
