{{- define "load-tests.uiService" -}}
{{- if eq .Values.mode "ui" }}
apiVersion: v1
kind: Service
metadata:
  {{- include "celsiusify.metadata" (list . (include "load-tests.page" .) "load") | nindent 2 }}
  {{- with .Values.ui.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  selector:
    {{- include "load-tests.roleLabels" (list . "ui") | nindent 4 }}
  ports:
    - name: web
      port: {{ .Values.ui.service.port }}
      targetPort: web
      appProtocol: http
    - name: locust
      port: 5557
      targetPort: locust
{{- end }}
{{- end }}
