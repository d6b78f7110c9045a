{{- define "celsiusify.server.serviceMonitor" -}}
{{- if .Values.metrics.serviceMonitor.enabled }}
{{- $path := ((include "celsiusify.target" . | fromYaml).metrics | default .Values.target.metrics).path }}
{{- if not $path }}
{{- fail (printf "the ServiceMonitor of %s needs the path of its metrics: set target.metrics.path" .Key) }}
{{- end }}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "celsiusify.metadata" (list . (include "celsiusify.fullname" .) "server") | nindent 2 }}
    {{- with .Values.metrics.serviceMonitor.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "celsiusify.selectorLabels" (list . "server") | nindent 6 }}
    matchExpressions:
      - key: celsiusify.dev/headless
        operator: DoesNotExist
  endpoints:
    - port: http
      path: {{ $path }}
      interval: {{ .Values.metrics.serviceMonitor.interval | quote }}
{{- end }}
{{- end }}
