{{- define "load-tests.podsService" -}}
{{- if eq .Values.mode "job" }}
# Names the members of a run, from before they are ready: workers look for the leader by its name.
apiVersion: v1
kind: Service
metadata:
  {{- include "celsiusify.metadata" (list . (include "load-tests.pods" .) "load") | nindent 2 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    {{- include "celsiusify.selectorLabels" (list . "load") | nindent 4 }}
  ports:
    - name: locust
      port: 5557
      targetPort: locust
    - name: control
      port: 5558
      targetPort: control
{{- end }}
{{- end }}
