{{/* How a further server starts and stops: as its image does, on the port that the chart names. */}}
{{- define "further.args" -}}{{- end }}

{{- define "further.env" -}}
- name: PORT
  value: {{ (include "celsiusify.ports" . | fromYaml).http | quote }}
{{- end }}

{{- define "further.lifecycle" -}}
preStop:
  sleep:
    seconds: {{ .Values.lifecycle.preStopSeconds }}
{{- end }}

{{- define "further.alive" -}}
tcpSocket:
  port: http
{{- end }}
