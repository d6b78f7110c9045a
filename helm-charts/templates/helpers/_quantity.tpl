{{/* An amount of CPU in millicores: "500m" and 0.5 are 500; none is 0. */}}
{{- define "celsiusify.millicores" -}}
{{- $cpu := toString (. | default 0) }}
{{- $unit := ternary 1 1000 (hasSuffix "m" $cpu) }}
{{- round (mulf $unit (trimSuffix "m" $cpu | float64)) 0 }}
{{- end }}

{{/* An amount of CPU in cores, rounded up, and at least one. */}}
{{- define "celsiusify.cores" -}}
{{- max 1 (divf (include "celsiusify.millicores" . | float64) 1000 | ceil) }}
{{- end }}
