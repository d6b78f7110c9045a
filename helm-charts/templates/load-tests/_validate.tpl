{{/* Refuse values of load-tests that are valid one by one, but not together. */}}
{{- define "load-tests.validate" -}}
{{- $targets := include "load-tests.targets" . | fromYaml }}
{{- with .Values.load.users }}
{{- if lt (int .) (int $.Values.workers) }}
{{- fail (printf "load-tests.load.users (%v) are too few for %v workers: each needs at least one" . $.Values.workers) }}
{{- end }}
{{- end }}
{{- if and (eq .Values.mode "ui") (has .Values.load.model (list "poisson" "constant")) }}
{{- fail (printf "load-tests.mode is ui, whose loads are closed: load.model can't be %s" .Values.load.model) }}
{{- end }}
{{- if and (eq .Values.mode "ui") (not (hasKey $targets .Values.ui.target)) }}
{{- fail (printf "load-tests.ui.target: %s isn't loaded; expected one of %s" .Values.ui.target (keys $targets | sortAlpha | join ", ")) }}
{{- end }}
{{- with .Values.ui.autoscaling }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{- fail (printf "load-tests.ui.autoscaling.minReplicas (%v) is over ui.autoscaling.maxReplicas (%v)" .minReplicas .maxReplicas) }}
{{- end }}
{{- if and .enabled (not (($.Values.resources).requests).cpu) }}
{{- fail "load-tests.ui.autoscaling needs resources.requests.cpu: utilization is a percentage of the request" }}
{{- end }}
{{- end }}
{{- with .Values.files }}
{{- if and .locustfile .existingLocustfileConfigMap }}
{{- fail "load-tests.files.locustfile and files.existingLocustfileConfigMap are both set: set one of them" }}
{{- end }}
{{- if and .existingLibConfigMap (not .locustfile) (not .existingLocustfileConfigMap) }}
{{- fail "load-tests.files.existingLibConfigMap is set without a locustfile that imports it: set files.locustfile or files.existingLocustfileConfigMap" }}
{{- end }}
{{- end }}
{{- with .Values.results.persistence }}
{{- if and .enabled $.Values.workers (not .existingClaim) (ne .accessMode "ReadWriteMany") }}
{{- fail (printf "load-tests.results.persistence.accessMode is %s, but %v workers run on several nodes: set it to ReadWriteMany" .accessMode $.Values.workers) }}
{{- end }}
{{- end }}
{{- if and .Values.strictIsolation .Values.affinity }}
{{- fail "load-tests.strictIsolation and affinity are both set: your own affinity replaces the chart's" }}
{{- end }}
{{- end }}
