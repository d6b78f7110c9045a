{{- define "celsiusify.server.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "celsiusify.metadata" (list . (include "celsiusify.fullname" .) "server") | nindent 2 }}
  {{- with .Values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .Values.service.type }}
  selector:
    {{- include "celsiusify.selectorLabels" (list . "server") | nindent 4 }}
  ports:
    {{- range $name, $port := include "celsiusify.server.servicePorts" . | fromYaml }}
    - name: {{ $name }}
      port: {{ $port }}
      targetPort: {{ $name }}
      {{- include "celsiusify.server.protocol" $name | nindent 6 }}
    {{- end }}
{{- end }}
