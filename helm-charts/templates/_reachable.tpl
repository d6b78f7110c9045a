{{/* Where all traffic is denied, each chart must say what is allowed. */}}
{{- define "celsiusify.reachable" -}}
{{- range $name, $chart := .Subcharts }}
{{- if and $.Values.networkPolicy.defaultDeny (not $chart.Values.networkPolicy.enabled) }}
{{- fail (printf "%s.networkPolicy.enabled is false, so that networkPolicy.defaultDeny cuts its pods off: set both or neither" $name) }}
{{- end }}
{{- end }}
{{- end }}
