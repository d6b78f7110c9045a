{{/* Values that are right one by one, but not together. */}}
{{- define "load-tests.validate" -}}
{{- $profile := include "load-tests.profile" . | fromYaml }}
{{- $targets := include "load-tests.targets" . | fromYaml }}
{{- with .Values.load }}
{{- $open := has (.model | default (ternary "poisson" "closed" (hasKey $profile "rate_rps"))) (list "poisson" "constant") }}
{{- if and .rate (not $open) }}
{{- fail (printf "load.rate (%v) is of an open load: set load.model to poisson or constant" .rate) }}
{{- end }}
{{- if and $open (not (or .rate $profile.rate_rps)) }}
{{- fail (printf "load.model is %s, but nothing says how many arrivals there are a second: set load.rate" .model) }}
{{- end }}
{{- $users := .users | default $profile.users }}
{{- if and (not $open) (lt (int $users) (int $.Values.workers)) }}
{{- fail (printf "load.users (%v) are too few for %v workers: each makes at least one" $users $.Values.workers) }}
{{- end }}
{{- if and $profile.steps (or .users .spawnRate .thinkTime (eq .model "closed")) }}
{{- fail (printf "load.profile %s is an open load: load.users, spawnRate and thinkTime mean nothing to it, and load.model can't be closed" .profile) }}
{{- end }}
{{- if and .maxInFlight (not $open) }}
{{- fail (printf "load.maxInFlight (%v) is of an open load: set load.model to poisson or constant" .maxInFlight) }}
{{- end }}
{{- if and $open (eq $.Values.mode "ui") }}
{{- fail "mode is ui, whose loads are closed: load.model must be empty or closed, and load.profile one of users" }}
{{- end }}
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
