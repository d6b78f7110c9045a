{{- define "load-tests.uiLeader" -}}
{{- if eq .Values.mode "ui" }}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "celsiusify.metadata" (list . (include "load-tests.page" .) "load") | nindent 2 }}
spec:
  replicas: 1
  # Workers belong to one leader.
  strategy:
    type: Recreate
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "load-tests.roleLabels" (list . "ui") | nindent 6 }}
  template:
    metadata:
      {{- include "load-tests.roleMetadata" (list . "ui") | nindent 6 }}
    spec:
      {{- include "load-tests.podSpec" . | nindent 6 }}
      containers:
        - name: load-tests
          {{- include "load-tests.container" . | nindent 10 }}
          args: [locust, --spec=/work/load.json, --{{ if include "load-tests.hasWorkers" . }}, --master, --enable-rebalancing{{ end }}]
          env:
            {{- include "celsiusify.env" (list . (include "load-tests.uiEnv" .)) | nindent 12 }}
          ports:
            - name: web
              containerPort: 8089
            - name: locust
              containerPort: 5557
          startupProbe:
            httpGet:
              path: /
              port: web
            periodSeconds: 2
            failureThreshold: 30
          readinessProbe:
            httpGet:
              path: /
              port: web
            periodSeconds: 5
            timeoutSeconds: 5
          # A page that is late because its process loads a server is no reason to end the load.
          livenessProbe:
            tcpSocket:
              port: web
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          lifecycle:
            preStop:
              sleep:
                seconds: 2
      volumes:
        {{- include "load-tests.uiVolumes" . | trim | nindent 8 }}
{{- end }}
{{- end }}
