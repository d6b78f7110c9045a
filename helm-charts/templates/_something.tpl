{{/* A release of nothing would be a mistake that nobody is told of. */}}
{{- define "celsiusify.something" -}}
{{- if not .Subcharts }}
{{- fail "nothing is enabled: set converter-api.enabled, tf-serving.enabled or load-tests.enabled" }}
{{- end }}
{{- end }}
