{{- define "celsiusify.server.ingress" -}}
{{- if .Values.ingress.enabled }}
{{- $name := include "celsiusify.fullname" . }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "celsiusify.metadata" (list . $name "server") | nindent 2 }}
  {{- with .Values.ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .Values.ingress.className }}
  ingressClassName: {{ . | quote }}
  {{- end }}
  rules:
    {{- range .Values.ingress.hosts | default (list "") }}
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ $name }}
                port:
                  name: http
      {{- with . }}
      host: {{ . | quote }}
      {{- end }}
    {{- end }}
  {{- with .Values.ingress.tls }}
  tls:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
