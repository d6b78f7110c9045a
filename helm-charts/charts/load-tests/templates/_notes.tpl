{{/* How to make a load, and where its results go. */}}
{{- define "load-tests.notes" -}}
{{- end }}
