{{- define "load-tests.serviceAccount" -}}
{{- include "celsiusify.serviceAccount" (list . "load") }}
{{- end }}
