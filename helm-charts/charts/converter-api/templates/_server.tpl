{{/* What the container runs, and how it stops: SIGTERM has gunicorn drain for drainSeconds by itself. */}}
{{- define "converter-api.container" -}}
env:
  {{- include "celsiusify.env" (list . (include "converter-api.env" .)) | nindent 2 }}
lifecycle:
  preStop:
    sleep:
      seconds: {{ .Values.lifecycle.preStopSeconds }}
{{- end }}

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

{{/* Alive is less than ready: a server that is about to stop is. */}}
{{- define "converter-api.alive" -}}
httpGet:
  path: /healthz
  port: http
{{- end }}

{{- define "converter-api.notes" -}}
{{- include "celsiusify.server.notes" . }}
{{- end }}
