{{/* The name of the ServiceAccount of a block's pods. */}}
{{- define "celsiusify.account" -}}
{{- .Values.serviceAccount.name | default (ternary (include "celsiusify.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{/* The ServiceAccount, if the chart creates it: (list . COMPONENT). It has no rights, and no token is mounted. */}}
{{- define "celsiusify.serviceAccount" -}}
{{- $root := index . 0 }}
{{- with $root.Values.serviceAccount }}
{{- if .create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "celsiusify.metadata" (list $root (include "celsiusify.account" $root) (index $ 1)) | nindent 2 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- end }}
{{- end }}
