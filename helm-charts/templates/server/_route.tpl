{{/* A route of the Gateway API: (list . KIND VALUES PORT). */}}
{{- define "celsiusify.server.route" -}}
{{- $root := index . 0 }}
{{- $kind := index . 1 }}
{{- $name := include "celsiusify.fullname" $root }}
{{- with index . 2 }}
{{- if not .parentRefs }}
{{- fail (printf "the %s of %s needs parentRefs: name its Gateway" $kind $root.Key) }}
{{- end -}}
apiVersion: gateway.networking.k8s.io/v1
kind: {{ $kind }}
metadata:
  {{- include "celsiusify.metadata" (list $root $name "server") | nindent 2 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  parentRefs:
    {{- toYaml .parentRefs | nindent 4 }}
  {{- with .hostnames }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    - backendRefs:
        - name: {{ $name }}
          port: {{ index $ 3 }}
{{- end }}
{{- end }}
