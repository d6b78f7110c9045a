{{/* An amount of CPU in thousandths of a core: "500m" and 0.5 are 500; 0 where there is none. */}}
{{- define "celsiusify.millicores" -}}
{{- $cpu := toString (. | default 0) }}
{{- $unit := ternary 1 1000 (hasSuffix "m" $cpu) }}
{{- round (mulf $unit (trimSuffix "m" $cpu | float64)) 0 }}
{{- end }}

{{/* The cores that an amount of CPU keeps busy at most: rounded up, and at least one. */}}
{{- define "celsiusify.cores" -}}
{{- max 1 (divf (include "celsiusify.millicores" . | float64) 1000 | ceil) }}
{{- end }}
