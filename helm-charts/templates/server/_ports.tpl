{{/* What a port's name says of the protocol spoken there, in the words of Kubernetes. */}}
{{- define "celsiusify.server.protocol" -}}
protocol: TCP
appProtocol: {{ get (dict "http" "http" "grpc" "kubernetes.io/h2c") . }}
{{- end }}

{{/* The Service's ports by name: the container's, but for that of HTTP. */}}
{{- define "celsiusify.server.servicePorts" -}}
{{- merge (dict "http" .Values.service.port) (include "celsiusify.ports" . | fromYaml) | toYaml }}
{{- end }}

{{/* The container's ports as a NetworkPolicy lists them. */}}
{{- define "celsiusify.server.policyPorts" -}}
{{- range include "celsiusify.ports" . | fromYaml }}
- protocol: TCP
  port: {{ . }}
{{- end }}
{{- end }}
