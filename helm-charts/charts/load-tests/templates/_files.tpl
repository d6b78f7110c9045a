{{/*
Locustfile and library. From ConfigMaps they lie as users of Locust's charts know them: `main.py` in /mnt/locust and the
modules in its folder `lib`. The runner of Jobs finds the same modules under their package's name.
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
    name: {{ .Values.files.existingLocustfileConfigMap | default (include "celsiusify.named" (list . "load-tests-locustfile" 63)) }}
- name: lib
  configMap:
    name: {{ .Values.files.existingLibConfigMap | default (include "celsiusify.named" (list . "load-tests-lib" 63)) }}
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
{{- if eq .Values.mode "job" }}
- name: lib
  mountPath: /mnt/python/celsiusify_load_tests
  readOnly: true
{{- end }}
{{- end }}
{{- end }}
