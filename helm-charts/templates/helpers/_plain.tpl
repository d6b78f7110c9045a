{{/* A value in plain notation: templates write numbers from a million on as 1e+06. */}}
{{- define "celsiusify.plain" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end }}
{{- end }}
