{{- define "celsiusify.server.httpRoute" -}}
{{- if .Values.httpRoute.enabled }}
{{- include "celsiusify.server.route" (list . "HTTPRoute" .Values.httpRoute .Values.service.port) }}
{{- end }}
{{- end }}
