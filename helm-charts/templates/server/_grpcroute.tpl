{{- define "celsiusify.server.grpcRoute" -}}
{{- if (.Values.grpcRoute).enabled }}
{{- $port := (include "celsiusify.ports" . | fromYaml).grpc }}
{{- include "celsiusify.server.route" (list . "GRPCRoute" .Values.grpcRoute $port) }}
{{- end }}
{{- end }}
