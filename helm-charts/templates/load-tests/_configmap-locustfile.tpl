{{- define "load-tests.locustfileConfigMap" -}}
{{- with .Values.files.locustfile }}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "celsiusify.metadata" (list $ (include "load-tests.locustfileName" $) "load") | nindent 2 }}
data:
  main.py: |
    {{- . | nindent 4 }}
{{- end }}
{{- end }}
