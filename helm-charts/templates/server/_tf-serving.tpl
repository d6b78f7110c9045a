{{/*
How TensorFlow Serving starts and stops. The image's own entrypoint names the model and turns the metrics on; of two equal
flags the last one counts. TensorFlow Serving would size its threads by the node's cores, not by its limit.
*/}}
{{- define "tf-serving.args" -}}
{{- $server := .Values.server }}
{{- $ports := include "celsiusify.ports" . | fromYaml }}
{{- $cores := include "celsiusify.cores" ((.Values.resources).limits).cpu | int -}}
- --rest_api_port={{ $ports.http }}
- --port={{ $ports.grpc }}
- --model_base_path={{ .Values.model.basePath }}
- --rest_api_num_threads={{ $server.restThreads | default (mul 4 $cores) }}
- --grpc_max_threads={{ $server.grpcThreads }}
- --tensorflow_intra_op_parallelism={{ $server.intraOpThreads | default $cores }}
- --tensorflow_inter_op_parallelism={{ $server.interOpThreads | default $cores }}
- --rest_api_timeout_in_ms={{ mul 1000 $server.requestTimeoutSeconds }}
- --max_num_load_retries={{ $server.loadRetries }}
- --file_system_poll_wait_seconds={{ $server.filePollSeconds }}
{{- if $server.batching }}
- --enable_batching
- --batching_parameters_file=/config/batching.config
{{- end }}
{{- if $server.grpcHealthCheck }}
- --enable_grpc_healthcheck_service
{{- end }}
{{- with $server.extraArgs }}
{{- toYaml . | nindent 0 }}
{{- end }}
{{- end }}

{{- define "tf-serving.env" -}}{{- end }}

{{- define "tf-serving.lifecycle" -}}
{{- $server := .Values.server }}
{{- $ports := include "celsiusify.ports" . | fromYaml }}
preStop:
  exec:
    command:
      - bash
      - -c
      - |
        {{- .Files.Get "files/drain.sh" | trim | nindent 8 }}
      - drain
      - {{ .Values.lifecycle.preStopSeconds | quote }}
      - {{ $server.drainSeconds | quote }}
      {{- range $ports }}
      - {{ . | quote }}
      {{- end }}
{{- end }}

{{/* The model's status is 200 even if the model is in trouble. The other port shows whether the server is alive. */}}
{{- define "tf-serving.alive" -}}
{{- if .Values.server.grpcHealthCheck -}}
grpc:
  port: {{ (include "celsiusify.ports" . | fromYaml).grpc }}
{{- else -}}
tcpSocket:
  port: grpc
{{- end }}
{{- end }}
