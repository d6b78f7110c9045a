{{- define "celsiusify.server.pdb" -}}
{{- if .Values.pdb.enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "celsiusify.metadata" (list . (include "celsiusify.fullname" .) "server") | nindent 2 }}
spec:
  maxUnavailable: {{ .Values.pdb.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "celsiusify.selectorLabels" (list . "server") | nindent 6 }}
{{- end }}
{{- end }}
