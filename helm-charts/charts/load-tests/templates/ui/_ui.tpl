{{/* Locust with its web UI: one pod that has the page and leads, and workers, if any. */}}

{{- define "load-tests.hasWorkers" -}}
{{- if or .Values.workers .Values.ui.autoscaling.enabled }}true{{ end }}
{{- end }}

{{- define "load-tests.page" -}}
{{- include "celsiusify.named" (list . "load-tests-ui" 63) }}
{{- end }}

{{- define "load-tests.workers" -}}
{{- include "celsiusify.named" (list . "load-tests-workers" 63) }}
{{- end }}

{{/* What the pods of one of the two are selected by, `ui` or `workers`: (list . ROLE). They go by names of their own. */}}
{{- define "load-tests.roleLabels" -}}
{{- $chart := dict "Name" (printf "load-tests-%s" (index . 1)) }}
{{- include "celsiusify.selectorLabels" (list (dict "Chart" $chart "Release" (index . 0).Release) "load") }}
{{- end }}

{{- define "load-tests.roleMetadata" -}}
{{- $metadata := include "load-tests.podMetadata" (index . 0) | fromYaml }}
{{- $_ := mergeOverwrite $metadata.labels (include "load-tests.roleLabels" . | fromYaml) }}
{{- toYaml $metadata }}
{{- end }}

{{/* What both are told of the load; the page shows it, and lets it be changed. */}}
{{- define "load-tests.uiEnv" -}}
{{- $load := .Values.load }}
{{- $profile := include "load-tests.profile" . | fromYaml }}
{{- $think := $load.thinkTime | default $profile.think_time_s }}
{{- $target := get (include "load-tests.targets" . | fromYaml) .Values.ui.target }}
{{- $settings := dict
  "CELSIUSIFY_CONNECTION" $load.connection
  "CELSIUSIFY_FAHRENHEIT_MAX" (index $profile.fahrenheit 1)
  "CELSIUSIFY_FAHRENHEIT_MIN" (index $profile.fahrenheit 0)
  "CELSIUSIFY_SEED" $load.seed
  "CELSIUSIFY_TARGET" .Values.ui.target
  "CELSIUSIFY_TARGETS_FILE" "/work/targets.yaml"
  "CELSIUSIFY_THINK_MAX_S" (index $think 1)
  "CELSIUSIFY_THINK_MIN_S" (index $think 0)
  "LOCUST_HOST" $target.url
  "LOCUST_SPAWN_RATE" ($load.spawnRate | default $profile.spawn_rate_per_s)
  "LOCUST_STOP_TIMEOUT" 10
  "LOCUST_USERS" ($load.users | default $profile.users)
  "TMPDIR" "/results"
}}
{{- range $name, $value := $settings }}
- name: {{ $name }}
  value: {{ include "celsiusify.plain" $value | quote }}
{{- end }}
{{- with $load.runTime }}
- name: LOCUST_RUN_TIME
  value: {{ . | quote }}
{{- end }}
{{- include "load-tests.fileEnv" . }}
{{- end }}

{{- define "load-tests.uiVolumes" -}}
{{- include "load-tests.volumes" . }}
- name: results
  emptyDir:
    sizeLimit: {{ include "celsiusify.plain" .Values.results.sizeLimit | quote }}
{{- end }}
