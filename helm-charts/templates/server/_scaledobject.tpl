{{- define "celsiusify.server.scaledObject" -}}
{{- if and .Values.autoscaling.enabled (eq .Values.autoscaling.engine "keda") }}
{{- $name := include "celsiusify.fullname" . }}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "celsiusify.metadata" (list . $name "server") | nindent 2 }}
  annotations:
    # Where there was a HorizontalPodAutoscaler before, KEDA takes it over: it would refuse to scale what another scales.
    scaledobject.keda.sh/transfer-hpa-ownership: "true"
spec:
  scaleTargetRef:
    name: {{ $name }}
  {{- with .Values.autoscaling }}
  minReplicaCount: {{ .minReplicas }}
  maxReplicaCount: {{ .maxReplicas }}
  pollingInterval: {{ .keda.pollingIntervalSeconds }}
  advanced:
    horizontalPodAutoscalerConfig:
      name: {{ $name }}
      behavior:
        {{- toYaml .behavior | nindent 8 }}
  triggers:
    {{- with .targetCPUUtilizationPercentage }}
    - type: cpu
      metricType: Utilization
      metadata:
        value: {{ . | quote }}
    {{- end }}
    {{- with .keda.triggers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}
