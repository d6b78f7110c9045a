{{/* How converter-api starts and stops: SIGTERM makes gunicorn drain by itself. */}}
{{- define "converter-api.args" -}}{{- end }}

{{- define "converter-api.env" -}}
{{- $server := .Values.server }}
{{- $settings := dict
  "PORT" (include "celsiusify.ports" . | fromYaml).http
  "CELSIUSIFY_WORKERS" ($server.workers | default (include "celsiusify.cores" ((.Values.resources).limits).cpu))
  "CELSIUSIFY_CONNECTIONS" $server.connections
  "CELSIUSIFY_KEEPALIVE_S" $server.keepAliveSeconds
  "CELSIUSIFY_RESPONSE_TIMEOUT_S" $server.responseTimeoutSeconds
  "CELSIUSIFY_DRAIN_S" $server.drainSeconds
  "CELSIUSIFY_SHUTDOWN_TIMEOUT_S" $server.shutdownTimeoutSeconds
  "CELSIUSIFY_TRUSTED_PROXIES" $server.trustedProxies
  "CELSIUSIFY_ACCESS_LOG" $server.accessLog
  "CELSIUSIFY_LOG_LEVEL" $server.logLevel }}
{{- range $name, $value := $settings }}
- name: {{ $name }}
  value: {{ include "celsiusify.plain" $value | quote }}
{{- end }}
{{- end }}

{{- define "converter-api.lifecycle" -}}
{{- include "further.lifecycle" . }}
{{- end }}

{{/* Liveness is weaker than readiness: a server that is about to stop is alive. */}}
{{- define "converter-api.alive" -}}
httpGet:
  path: /healthz
  port: http
{{- end }}
