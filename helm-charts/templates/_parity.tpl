{{/*
What the servers have different amounts of, as a list of sentences' beginnings. A server is a chart that targets.yaml names;
what its pods ask for decides who waits where a node is busy, and what they may use decides otherwise.
*/}}
{{- define "celsiusify.unequal" -}}
{{- range $kind := list "requests" "limits" }}
{{- $cpu := dict }}
{{- range $name, $chart := $.Subcharts }}
{{- if include "celsiusify.targets" $chart | fromYaml }}
{{- $_ := set $cpu $name (include "celsiusify.millicores" (get ((($chart.Values).resources) | default dict) $kind | default dict).cpu) }}
{{- end }}
{{- end }}
{{- if gt (values $cpu | uniq | len) 1 }}
{{- $each := list }}
{{- range $name, $millicores := $cpu }}
{{- $each = append $each (printf "%s %sm" $name $millicores) }}
{{- end }}
- resources.{{ $kind }}.cpu differs between servers that are compared ({{ join ", " $each }})
{{- end }}
{{- end }}
{{- end }}

{{/* Servers that are compared must have the same CPU. */}}
{{- define "celsiusify.parity" -}}
{{- if not .Values.parity.allowUnequalCpu }}
{{- range include "celsiusify.unequal" . | fromYamlArray }}
{{- fail (printf "%s: make them equal, or set parity.allowUnequalCpu" .) }}
{{- end }}
{{- end }}
{{- end }}
