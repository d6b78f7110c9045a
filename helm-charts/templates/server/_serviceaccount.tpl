{{- define "celsiusify.server.serviceAccount" -}}
{{- include "celsiusify.serviceAccount" (list . "server") }}
{{- end }}
