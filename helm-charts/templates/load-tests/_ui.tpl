{{/* Locust with its web UI: one pod that leads and has the web UI, and workers, if any. */}}

{{- define "load-tests.hasWorkers" -}}
{{- if or .Values.workers .Values.ui.autoscaling.enabled }}true{{ end }}
{{- end }}

{{- define "load-tests.page" -}}
{{- include "celsiusify.named" (list . "load-tests-ui" 63) }}
{{- end }}

{{- define "load-tests.workers" -}}
{{- include "celsiusify.named" (list . "load-tests-workers" 63) }}
{{- end }}

{{/* Labels for selectors of the role `ui` or `workers`, with a name of its own: (list . ROLE). */}}
{{- define "load-tests.roleLabels" -}}
{{- $chart := dict "Name" (printf "load-tests-%s" (index . 1)) }}
{{- include "celsiusify.selectorLabels" (list (dict "Chart" $chart "Release" (index . 0).Release) "load") }}
{{- end }}

{{- define "load-tests.roleMetadata" -}}
{{- $metadata := include "load-tests.podMetadata" (index . 0) | fromYaml }}
{{- $_ := mergeOverwrite $metadata.labels (include "load-tests.roleLabels" . | fromYaml) }}
{{- toYaml $metadata }}
{{- end }}

{{/* The environment of both roles. The web UI shows the load's values, which can be changed there. */}}
{{- define "load-tests.uiEnv" -}}
{{- $target := get (include "load-tests.targets" . | fromYaml) .Values.ui.target }}
{{- $settings := dict
  "CELSIUSIFY_TARGET" .Values.ui.target
  "CELSIUSIFY_TARGETS_FILE" "/work/targets.yaml"
  "LOCUST_HOST" $target.url
  "TMPDIR" "/results"
}}
{{- range $name, $value := $settings }}
- name: {{ $name }}
  value: {{ include "celsiusify.plain" $value | quote }}
{{- end }}
{{- include "load-tests.fileEnv" . }}
{{- end }}

{{- define "load-tests.uiVolumes" -}}
{{- include "load-tests.volumes" . }}
- name: results
  emptyDir:
    sizeLimit: {{ include "celsiusify.plain" .Values.results.sizeLimit | quote }}
{{- end }}
