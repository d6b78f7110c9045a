{{/* Fields of a pod that are equal to values: (list . "nodeSelector" "tolerations" …). */}}
{{- define "celsiusify.placement" -}}
{{- $values := (first .).Values }}
{{- range $key := rest . }}
{{- with get $values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
