{{- define "load-tests.uiHpa" -}}
{{- if and (eq .Values.mode "ui") .Values.ui.autoscaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "celsiusify.metadata" (list . (include "load-tests.workers" .) "load") | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "load-tests.workers" . }}
  {{- with .Values.ui.autoscaling }}
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .targetCPUUtilizationPercentage }}
  {{- end }}
{{- end }}
{{- end }}
