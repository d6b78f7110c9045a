{{- define "load-tests.uiWorkers" -}}
{{- if and (eq .Values.mode "ui") (include "load-tests.hasWorkers" .) }}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "celsiusify.metadata" (list . (include "load-tests.workers" .) "load") | nindent 2 }}
spec:
  {{- if not .Values.ui.autoscaling.enabled }}
  replicas: {{ .Values.workers }}
  {{- end }}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "load-tests.roleLabels" (list . "workers") | nindent 6 }}
  template:
    metadata:
      {{- include "load-tests.roleMetadata" (list . "workers") | nindent 6 }}
    spec:
      {{- include "load-tests.podSpec" . | nindent 6 }}
      containers:
        # No probes: a worker serves nobody, and ends by itself, to be started anew, when it has lost its leader.
        - name: load-tests
          {{- include "load-tests.container" . | nindent 10 }}
          args: [locust, --spec=/work/load.json, --, --worker, --master-host={{ include "load-tests.page" . }}]
          env:
            {{- include "celsiusify.env" (list . (include "load-tests.uiEnv" .)) | nindent 12 }}
      volumes:
        {{- include "load-tests.uiVolumes" . | trim | nindent 8 }}
{{- end }}
{{- end }}
