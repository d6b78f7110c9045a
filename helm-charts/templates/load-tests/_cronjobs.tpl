{{- define "load-tests.cronJobs" -}}
{{- if eq .Values.mode "job" }}
{{- range $name, $targets := include "load-tests.loads" . | fromYaml }}
{{- include "load-tests.cronjob" (list $ $name $targets) }}
---
{{ end }}
{{- end }}
{{- end }}
