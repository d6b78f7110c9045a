{{/* A rule of egress: names are looked up. */}}
{{- define "celsiusify.dnsEgress" -}}
- ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
{{- end }}
