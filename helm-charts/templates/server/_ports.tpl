{{/* The protocols of a port, by its name, in Kubernetes' terms. */}}
{{- define "celsiusify.server.protocol" -}}
protocol: TCP
appProtocol: {{ get (dict "http" "http" "grpc" "kubernetes.io/h2c") . }}
{{- end }}

{{/* The Service's ports by name: those of the container, except the port for HTTP. */}}
{{- define "celsiusify.server.servicePorts" -}}
{{- merge (dict "http" .Values.service.port) (include "celsiusify.ports" . | fromYaml) | toYaml }}
{{- end }}

{{/* The container's ports in the form of a NetworkPolicy. */}}
{{- define "celsiusify.server.policyPorts" -}}
{{- range include "celsiusify.ports" . | fromYaml }}
- protocol: TCP
  port: {{ . }}
{{- end }}
{{- end }}
