{{- define "load-tests.networkPolicy" -}}
{{- if .Values.networkPolicy.enabled }}
{{- $ports := list }}
{{- range .Targets }}{{ $ports = concat $ports (values .ports) }}{{ end }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "celsiusify.metadata" (list . (include "celsiusify.fullname" .) "load") | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "load-tests.anyPod" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              {{- include "load-tests.anyPod" . | nindent 14 }}
      ports:
        {{- include "load-tests.memberPorts" . | nindent 8 }}
    {{- if eq .Values.mode "ui" }}
    {{- with .Values.ui.from }}
    - from:
        {{- toYaml . | nindent 8 }}
      ports:
        - protocol: TCP
          port: 8089
    {{- end }}
    {{- end }}
  egress:
    - to:
        - podSelector:
            matchLabels:
              {{- include "load-tests.anyPod" . | nindent 14 }}
      ports:
        {{- include "load-tests.memberPorts" . | nindent 8 }}
    # The ports of servers' containers: a Service's are translated before policies are looked at.
    - to:
        - podSelector:
            matchLabels:
              app.kubernetes.io/part-of: celsiusify
              app.kubernetes.io/component: server
              app.kubernetes.io/instance: {{ .Values.servers.release | default .Release.Name | quote }}
      ports:
        {{- range $ports | uniq | sortAlpha }}
        - protocol: TCP
          port: {{ . }}
        {{- end }}
    {{- include "celsiusify.dnsEgress" . | nindent 4 }}
    {{- with .Values.networkPolicy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}

{{- define "load-tests.anyPod" -}}
app.kubernetes.io/part-of: celsiusify
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: load
{{- end }}

{{- define "load-tests.memberPorts" -}}
- protocol: TCP
  port: 5557
{{- if eq .Values.mode "job" }}
- protocol: TCP
  port: 5558
{{- end }}
{{- end }}
