{{- define "celsiusify.server.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "celsiusify.metadata" (list . (include "celsiusify.fullname" .) "server") | nindent 2 }}
  {{- with (include "celsiusify.target" . | fromYaml).describe }}
  annotations:
    # What tells in a pod what serves there: the client notes it with a run.
    celsiusify.dev/describe: {{ regexReplaceAll "^\\S*/" . "" | quote }}
  {{- end }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- include "celsiusify.selectorLabels" (list . "server") | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "celsiusify.podLabels" (list . "server") | nindent 8 }}
        {{- with .Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "celsiusify.server.pod" . | nindent 6 }}
{{- end }}
