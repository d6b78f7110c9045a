{{- define "celsiusify.server.headlessService" -}}
{{- /* Its name stands for every ready pod: for clients that choose among them, as those of gRPC do, and for counters. */}}
apiVersion: v1
kind: Service
metadata:
  {{- include "celsiusify.metadata" (list . (include "celsiusify.headless" .) "server") | nindent 2 }}
    celsiusify.dev/headless: "true"
spec:
  clusterIP: None
  selector:
    {{- include "celsiusify.selectorLabels" (list . "server") | nindent 4 }}
  ports:
    {{- range $name, $port := include "celsiusify.ports" . | fromYaml }}
    - name: {{ $name }}
      port: {{ $port }}
      targetPort: {{ $name }}
      {{- include "celsiusify.server.protocol" $name | nindent 6 }}
    {{- end }}
{{- end }}
