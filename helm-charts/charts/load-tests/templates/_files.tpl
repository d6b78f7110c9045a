{{/*
What runs in Locust: the image has it, or it lies as users of Locust's charts know it: `main.py` in /mnt/locust, and
modules in its folder `lib`. The rest of the load tests, which starts Locust and collects what it recorded, is the image's.
*/}}

{{- define "load-tests.workspace" -}}
{{- range list "targets.yaml" "reference-points.csv" }}
{{ . }}: |
  {{- $.Files.Get (printf "files/%s" .) | nindent 2 }}
{{- end }}
{{- end }}

{{- define "load-tests.locustfile" -}}
{{- if not .Values.files.existingLocustfileConfigMap }}
{{- (.Files.Glob "files/main.py").AsConfig }}
{{- end }}
{{- end }}

{{- define "load-tests.lib" -}}
{{- if not .Values.files.existingLibConfigMap }}
{{- (.Files.Glob "files/lib/*").AsConfig }}
{{- end }}
{{- end }}

{{- define "load-tests.fileVolumes" -}}
{{- if eq .Values.files.source "configMap" }}
- name: locustfile
  configMap:
    name: {{ .Values.files.existingLocustfileConfigMap | default (include "celsiusify.named" (list . "load-tests-locustfile" 63)) | quote }}
- name: lib
  configMap:
    name: {{ .Values.files.existingLibConfigMap | default (include "celsiusify.named" (list . "load-tests-lib" 63)) | quote }}
{{- end }}
{{- end }}

{{- define "load-tests.fileMounts" -}}
{{- if eq .Values.files.source "configMap" }}
- name: locustfile
  mountPath: /mnt/locust
  readOnly: true
- name: lib
  mountPath: /mnt/locust/lib
  readOnly: true
{{- end }}
{{- end }}

{{- define "load-tests.fileEnv" -}}
{{- if eq .Values.files.source "configMap" }}
- name: CELSIUSIFY_LOCUSTFILE
  value: /mnt/locust/main.py
{{- end }}
{{- end }}
