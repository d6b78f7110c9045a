{{/* Where a pod may run, and before whom: what the values say under some keys: (list . "nodeSelector" "tolerations" …). */}}
{{- define "celsiusify.placement" -}}
{{- $values := (first .).Values }}
{{- range $key := rest . }}
{{- with get $values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
