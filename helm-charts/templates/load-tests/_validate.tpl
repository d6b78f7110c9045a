{{/* Values that are right one by one, but not together. */}}
{{- define "load-tests.validate" -}}
{{- $targets := include "load-tests.targets" . | fromYaml }}
{{- with .Values.load.users }}
{{- if lt (int .) (int $.Values.workers) }}
{{- fail (printf "load.users (%v) are too few for %v workers: each makes at least one" . $.Values.workers) }}
{{- end }}
{{- end }}
{{- if and (eq .Values.mode "ui") (has .Values.load.model (list "poisson" "constant")) }}
{{- fail (printf "mode is ui, whose loads are closed: load.model can't be %s" .Values.load.model) }}
{{- end }}
{{- if and (eq .Values.mode "ui") (not (hasKey $targets .Values.ui.target)) }}
{{- fail (printf "ui.target: %s isn't loaded; there is %s" .Values.ui.target (keys $targets | sortAlpha | join ", ")) }}
{{- end }}
{{- with .Values.ui.autoscaling }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{- fail (printf "ui.autoscaling.minReplicas (%v) is over ui.autoscaling.maxReplicas (%v)" .minReplicas .maxReplicas) }}
{{- end }}
{{- if and .enabled (not (($.Values.resources).requests).cpu) }}
{{- fail "ui.autoscaling needs resources.requests.cpu: utilization is a share of what is requested" }}
{{- end }}
{{- end }}
{{- with .Values.files }}
{{- if and .locustfile .existingLocustfileConfigMap }}
{{- fail "files.locustfile and files.existingLocustfileConfigMap are both set: set one of them" }}
{{- end }}
{{- if and .existingLibConfigMap (not .locustfile) (not .existingLocustfileConfigMap) }}
{{- fail "files.existingLibConfigMap is set without a locustfile that imports it: set files.locustfile or files.existingLocustfileConfigMap" }}
{{- end }}
{{- end }}
{{- with .Values.results.persistence }}
{{- if and .enabled $.Values.workers (not .existingClaim) (ne .accessMode "ReadWriteMany") }}
{{- fail (printf "results.persistence.accessMode is %s, but there are %v workers, which run on several nodes: it must be ReadWriteMany" .accessMode $.Values.workers) }}
{{- end }}
{{- end }}
{{- if and .Values.strictIsolation .Values.affinity }}
{{- fail "strictIsolation and affinity are both set: an affinity of one's own stands in place of the chart's" }}
{{- end }}
{{- end }}
