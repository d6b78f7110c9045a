{{/* How to make a load, and where its results go. */}}
{{- define "load-tests.notes" -}}
{{- $namespace := .Release.Namespace }}
{{- $release := .Release.Name }}
{{- if eq .Values.mode "ui" }}
Locust's web UI:
  kubectl -n {{ $namespace }} port-forward service/{{ include "load-tests.page" . }} 8089:{{ .Values.ui.service.port }}
  http://127.0.0.1:8089 starts and stops loads of {{ .Values.ui.target }}
{{- else }}
Loads, each an idle CronJob that runs are made of:
{{- range $name, $_ := include "load-tests.loads" . | fromYaml }}
  kubectl -n {{ $namespace }} create job RUN --from=cronjob/{{ include "load-tests.cronjobName" (list $ $name) }}
{{- end }}
  kubectl -n {{ $namespace }} logs -f job/RUN
In a clone of the repository, make one, watch it, and bring its results home:
  make loadtest TARGET=all WHERE=cluster NAMESPACE={{ $namespace }} RELEASE={{ $release }}
{{- end }}
{{- range include "load-tests.warnings" . | fromYamlArray }}
WARNING: {{ . }}
{{- end }}
{{- end }}

{{- define "load-tests.warnings" -}}
{{- if eq .Values.load.connection "keep-alive" }}
- load.connection is keep-alive, so each user stays with the pod that it first came to: pods that an autoscaler adds get nothing to do. rotate:100 spreads the load.
{{- end }}
{{- $requests := .Values.resources.requests | toYaml }}
{{- if ne $requests (toYaml .Values.resources.limits) }}
- resources of load-tests has requests below its limits; a generator that is starved of CPU measures itself.
{{- end }}
{{- end }}
