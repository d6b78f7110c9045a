{{/*
Locust runs the image's locustfile, or the user's: `main.py` in /mnt/locust, with modules in the folder `lib`, as in other
charts for Locust. ConfigMaps have only the files that the user overrides.
*/}}

{{- define "load-tests.workspace" }}
targets.yaml: |
  {{- include "celsiusify.targetsFile" . | nindent 2 }}
reference-points.csv: |
  {{- .Files.Get "files/reference-points.csv" | nindent 2 }}
load.json: |
  {{- include "load-tests.spec" . | nindent 2 }}
{{- end }}

{{/* The name of the ConfigMap with the user's locustfile; empty for the image's locustfile. */}}
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
