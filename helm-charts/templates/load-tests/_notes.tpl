{{/* Commands to run a load and to download its results. */}}
{{- define "load-tests.notes" -}}
{{- $namespace := .Release.Namespace }}
{{- $release := .Release.Name }}
{{- if eq .Values.mode "ui" }}
Locust's web UI:
  kubectl -n {{ $namespace }} port-forward service/{{ include "load-tests.page" . }} 8089:{{ .Values.ui.service.port }}
  http://127.0.0.1:8089 starts and stops loads of {{ .Values.ui.target }}
{{- else }}
Loads, each a suspended CronJob as the template of runs:
{{- range $name, $_ := include "load-tests.loads" . | fromYaml }}
  kubectl -n {{ $namespace }} create job RUN --from=cronjob/{{ include "load-tests.cronjobName" (list $ $name) }}
{{- end }}
  kubectl -n {{ $namespace }} logs -f job/RUN
In a clone of the repository, run a load and download its results:
  make loadtest TARGET=all WHERE=cluster NAMESPACE={{ $namespace }} RELEASE={{ $release }}
{{- end }}
{{- range include "load-tests.warnings" . | fromYamlArray }}
WARNING: {{ . }}
{{- end }}
{{- end }}

{{- define "load-tests.warnings" -}}
{{- if eq .Values.load.connection "keep-alive" }}
- load.connection is keep-alive, so each user stays with its first pod: pods that an autoscaler adds stay idle. rotate:100 spreads the load.
{{- end }}
{{- $requests := .Values.resources.requests | toYaml }}
{{- if ne $requests (toYaml .Values.resources.limits) }}
- resources of load-tests have requests below limits; a generator without enough CPU measures itself.
{{- end }}
{{- end }}
