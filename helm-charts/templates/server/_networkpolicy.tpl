{{- define "celsiusify.server.networkPolicy" -}}
{{- if .Values.networkPolicy.enabled }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "celsiusify.metadata" (list . (include "celsiusify.fullname" .) "server") | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "celsiusify.selectorLabels" (list . "server") | nindent 6 }}
  # No rule for egress: a server asks nobody.
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/part-of: celsiusify
            matchExpressions:
              - key: app.kubernetes.io/component
                operator: In
                values: [load, test]
        {{- range .Values.networkPolicy.fromNamespaces }}
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: {{ . | quote }}
        {{- end }}
        {{- with .Values.networkPolicy.extraFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        {{- include "celsiusify.server.policyPorts" . | trim | nindent 8 }}
{{- end }}
{{- end }}
