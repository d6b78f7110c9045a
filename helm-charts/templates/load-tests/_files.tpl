{{/*
Locust runs the image's locustfile, or one of the user's: `main.py` in /mnt/locust, with modules in its folder `lib`, as
users of Locust's charts know it. Only what the user overrides is in ConfigMaps.
*/}}

{{- define "load-tests.workspace" }}
targets.yaml: |
  {{- include "celsiusify.targetsFile" . | nindent 2 }}
reference-points.csv: |
  {{- .Files.Get "files/reference-points.csv" | nindent 2 }}
load.json: |
  {{- include "load-tests.spec" . | nindent 2 }}
{{- end }}

{{/* The name of the ConfigMap with the user's locustfile; empty where the image's runs. */}}
{{- define "load-tests.locustfileName" -}}
{{- if .Values.files.locustfile }}
{{- include "celsiusify.named" (list . "load-tests-locustfile" 63) }}
{{- else }}
{{- .Values.files.existingLocustfileConfigMap }}
{{- end }}
{{- end }}

{{- define "load-tests.fileVolumes" -}}
{{- with include "load-tests.locustfileName" . }}
- name: locustfile
  configMap:
    name: {{ . | quote }}
{{- end }}
{{- with .Values.files.existingLibConfigMap }}
- name: lib
  configMap:
    name: {{ . | quote }}
{{- end }}
{{- end }}

{{- define "load-tests.fileMounts" -}}
{{- if include "load-tests.locustfileName" . }}
- name: locustfile
  mountPath: /mnt/locust
  readOnly: true
{{- end }}
{{- if .Values.files.existingLibConfigMap }}
- name: lib
  mountPath: /mnt/locust/lib
  readOnly: true
{{- end }}
{{- end }}

{{- define "load-tests.fileEnv" -}}
{{- if include "load-tests.locustfileName" . }}
- name: CELSIUSIFY_LOCUSTFILE
  value: /mnt/locust/main.py
{{- end }}
{{- end }}
